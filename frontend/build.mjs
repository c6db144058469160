// Builds the browser side: node frontend/build.mjs OUTDIR
// Writes hashed scripts, styles, the icon sprite, the logo and manifest.json into OUTDIR. No network.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const target = process.argv[2];
if (!target) {
  console.error("usage: node frontend/build.mjs OUTDIR");
  process.exit(2);
}
const out = resolve(target);

/** Write `text` as name-HASH.ext and return that file name. */
function writeHashed(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, hashed), text);
  return hashed;
}

/** One <symbol> for each icon named in icons.json; a name unknown to lucide stops the build. */
function sprite() {
  const names = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
  const symbols = names.map((name) => {
    const svg = readFileSync(join(root, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, " ").trim()}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->${symbols.join("")}</svg>`;
}

/** The licence of a package, wherever Node finds it from here: beside the worktree or above it. */
function licenceOf(path) {
  for (let at = root; ; at = dirname(at)) {
    const file = join(at, "node_modules", path);
    if (existsSync(file)) return readFileSync(file, "utf8");
    if (at === dirname(at)) throw new Error(`no licence: ${path}`);
  }
}

/** Remove what earlier builds wrote, so that a wheel never carries stale files. */
function clean() {
  mkdirSync(out, { recursive: true });
  let old = {};
  try {
    old = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  } catch {
    return;
  }
  for (const name of Object.values(old).flatMap((names) => names.split(" ")).filter(Boolean)) rmSync(join(out, basename(name)), { force: true });
}

/** Repeat every rule for data-theme="dark" under data-theme="auto" where the system prefers dark. */
const autoDark = {
  name: "auto-dark",
  setup(builder) {
    builder.onLoad({ filter: /frontend[\\/]css[\\/].*\.css$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const copies = [];
      const screenOnly = text.replace(/:root\[data-theme="dark"\]([^{}]*)\{([^{}]*)\}/g, (rule, rest, body) => {
        copies.push(`:root[data-theme="auto"]${rest}{${body}}`);
        return `@media screen{${rule}}`; // paper is always light
      });
      const extra = copies.length ? `@media screen and (prefers-color-scheme: dark){${copies.join("")}}` : "";
      return { contents: screenOnly + extra, loader: "css" };
    });
  },
};

clean();
/** What only some pages need comes in sheets of its own (`sheets` of a template, see ui/base.html), so that the one of every page stays small. */
const sheets = readdirSync(join(here, "css/sheets")).map((name) => basename(name, ".css"));
const result = await build({
  entryPoints: { app: join(here, "src/app.ts"), early: join(here, "src/early.ts"), "push-worker": join(here, "src/push-worker.ts"), "app-style": join(here, "css/app.css"), ...Object.fromEntries(sheets.map((name) => [`sheet-${name}`, join(here, `css/sheets/${name}.css`)])) },
  outdir: out,
  bundle: true,
  plugins: [autoDark],
  splitting: true,
  format: "esm",
  minify: true,
  target: ["chrome111", "firefox121", "safari16.4"],
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[name]-[hash]",
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
});

const manifest = {};
for (const [file, info] of Object.entries(result.metafile.outputs)) {
  const name = basename(file);
  if (info.entryPoint?.endsWith("css/app.css")) manifest["app.css"] = name;
  else if (info.entryPoint?.includes("css/sheets/")) manifest[`sheets/${basename(info.entryPoint)}`] = name;
  else if (info.entryPoint?.endsWith("src/app.ts")) {
    manifest["app.js"] = name;
    // What the lazy parts share with it comes in files of its own: the page asks for them at once, not one after the other.
    const shared = info.imports.filter((each) => each.kind === "import-statement" && !each.external).map((each) => basename(each.path));
    manifest["shared.js"] = shared.join(" ");
  }
  else if (info.entryPoint) manifest[`${basename(info.entryPoint, ".ts")}.js`] = name;
  else manifest[name] = name;
}
manifest["icons.svg"] = writeHashed("icons.svg", sprite());
for (const name of readdirSync(join(here, "brand"))) {
  manifest[name] = writeHashed(name, readFileSync(join(here, "brand", name), "utf8"));
}
// The licences of what is bundled travel with it.
const licences = ["htmx.org/LICENSE", "sortablejs/LICENSE", "lucide-static/LICENSE", "leaflet/LICENSE", "world-atlas/LICENSE", "echarts/LICENSE", "echarts/NOTICE", "echarts/licenses/LICENSE-d3", "zrender/LICENSE", "tslib/LICENSE.txt"];
const texts = licences.map((path) => `${path}\n\n${licenceOf(path)}`);
writeFileSync(join(out, "licences.txt"), texts.join("\n\n"));
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
