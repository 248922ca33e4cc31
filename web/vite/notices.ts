import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

interface Notice {
  name: string;
  version: string;
  license: string;
  text: string;
}

/** Writes the licence text of every package that ended up in the bundle (workers included) to THIRD_PARTY.txt. */
export function thirdPartyNotices(): Plugin {
  const roots = new Set<string>();
  return {
    name: 'third-party-notices',
    apply: 'build',
    // A load hook also sees the modules of worker bundles, which the main bundle's module graph does not name.
    moduleParsed(module) {
      const root = packageRoot(module.id.split('?')[0] ?? '');
      if (root) roots.add(root);
    },
    generateBundle() {
      const notices = [...roots].map(read).sort((a, b) => a.name.localeCompare(b.name));
      const source = notices
        .map((n) => `${n.name} ${n.version}\nLicence: ${n.license}\n\n${n.text}`)
        .join(`\n\n${'-'.repeat(78)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'THIRD_PARTY.txt', source: `${source}\n` });
    },
  };
}

function packageRoot(id: string): string | null {
  if (!id.includes('/node_modules/')) return null;
  for (let at = dirname(id); !at.endsWith('/node_modules'); at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name) return at;
  }
  return null;
}

function read(root: string): Notice {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string | { type: string };
  };
  const file = readdirSync(root).find((name) => /^(licen[cs]e|copying)/i.test(name));
  return {
    name: manifest.name,
    version: manifest.version,
    license: typeof manifest.license === 'string' ? manifest.license : (manifest.license?.type ?? 'see package'),
    text: file ? readFileSync(join(root, file), 'utf8').trim() : '(the package carries no licence file)',
  };
}
