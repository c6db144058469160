// Sentences come from the page (#ui-texts), where gettext made them; here is only the reading.
type Tree = { [key: string]: string | Tree };

let texts: Tree | undefined;

function load(): Tree {
  const block = document.getElementById("ui-texts");
  texts = block?.textContent ? (JSON.parse(block.textContent) as Tree) : {};
  return texts;
}

/** The text at a dotted path, with {name} places filled. */
export function text(path: string, values: Record<string, string | number> = {}): string {
  let node: string | Tree | undefined = texts ?? load();
  for (const part of path.split(".")) node = typeof node === "object" ? node[part] : undefined;
  return typeof node === "string" ? fill(node, values) : path;
}

/** The text with the plural form that fits `n`; {n} is the number as people write it. */
export function plural(path: string, n: number): string {
  const lang = document.documentElement.lang;
  const form = new Intl.PluralRules(lang).select(n);
  return text(`${path}.${form}`, { n: new Intl.NumberFormat(lang).format(n) });
}

function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
