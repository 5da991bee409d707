// Puts what the screens load into one git-ignored folder, with a manifest: name, version, licence and sha256 of every file.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/shouwen/desk/static/vendor");
const work = `${target}.new`;
const modules = join(here, "node_modules");

// file in the product ← package, path inside it
const copied = {
  "tabler.css": ["@tabler/core", "dist/css/tabler.min.css"],
  "alpine.js": ["@alpinejs/csp", "dist/cdn.min.js"],
  "signature_pad.js": ["signature_pad", "dist/signature_pad.umd.min.js"],
};
const bundled = { "charts.js": ["echarts", "charts.js"] };

const described = (name) => {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  return { name, version, licence: license };
};
// these two come without their licence text
const holders = { "@alpinejs/csp": "2019 Caleb Porzio and contributors", "@tabler/core": "2018 The Tabler Authors" };
const licenceText = (name) => {
  const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file) return readFileSync(join(modules, name, file), "utf8").trim();
  return `Copyright (c) ${holders[name]}\n\n${readFileSync(join(here, "mit.txt"), "utf8").trim()}`;
};

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

for (const [file, [name, path]] of Object.entries(copied)) {
  const text = readFileSync(join(modules, name, path), "utf8");
  writeFileSync(join(work, file), text.replace(/\n?(\/\*|\/\/)# sourceMappingURL=.*$/m, "\n"));
}
for (const [file, [, entry]] of Object.entries(bundled)) {
  await build({
    entryPoints: [join(here, entry)], outfile: join(work, file), bundle: true, minify: true, format: "iife", globalName: "charts",
    target: "chrome111", legalComments: "none", logLevel: "warning", define: { "process.env.NODE_ENV": '"production"' },
  });
}
cpSync(join(here, "marks.svg"), join(work, "marks.svg"));

const sources = { ...copied, ...bundled };
const files = readdirSync(work).sort().map((file) => {
  const bytes = readFileSync(join(work, file));
  writeFileSync(join(work, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  writeFileSync(join(work, `${file}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  const origin = sources[file] ? described(sources[file][0]) : { name: "shouwen", version: "", licence: "Apache-2.0" };
  return { file, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), ...origin };
});
const within = ["@vue/reactivity", "@vue/shared", "tslib", "zrender"]; // inside the bundles above
const packages = [...new Set([...Object.values(sources).map(([name]) => name), ...within])].sort();
writeFileSync(join(work, "licences.txt"), packages.map((name) => {
  const { version, licence } = described(name);
  return `${name} ${version} (${licence})\n\n${licenceText(name)}\n`;
}).join(`\n${"-".repeat(80)}\n\n`));
writeFileSync(join(work, "manifest.json"), `${JSON.stringify(files, null, 1)}\n`);

if (existsSync(target)) rmSync(target, { recursive: true });
renameSync(work, target);
console.log(files.map(({ file, bytes }) => `${file} ${Math.round(bytes / 1000)} kB`).join(" · "));
