// Lists whose options go with the value of another field of the form: what does not fit is not offered.
import { all, find, whenPresent } from "./dom";

function fit(select: HTMLSelectElement): void {
  const form = select.form;
  const by = form && find<HTMLSelectElement>(`[name="${CSS.escape(select.dataset.optionsBy ?? "")}"]`, form);
  if (!by) return;
  for (const option of all<HTMLOptionElement>("option[data-fits]", select)) {
    const fits = !by.value || (option.dataset.fits ?? "").split(" ").includes(by.value);
    option.hidden = !fits;
    option.disabled = !fits;
    if (!fits && option.selected) select.value = "";
  }
}

export function startFitting(): void {
  whenPresent("select[data-options-by]", (element) => {
    if (!(element instanceof HTMLSelectElement)) return;
    fit(element);
    for (const name of ["change", "draftApplied"]) element.form?.addEventListener(name, () => fit(element));
  });
}
