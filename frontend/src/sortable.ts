// A chunk of its own: only pages with a board load it.
export { default } from "sortablejs";
