import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { thirdPartyNotices } from './vite/notices.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: '/web/',
  root: here('.'),
  publicDir: false,
  resolve: {
    alias: [{ find: /^@kitware\/vtk\.js\/IO\/XML\/XMLPolyDataReader(\.js)?$/, replacement: here('vite/empty.ts') }],
  },
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    // Cornerstone's renderer is one indivisible megabyte; the warning would never go away.
    chunkSizeWarningLimit: 6000,
    rollupOptions: {
      input: { radiology: here('radiology/main.ts'), upload: here('upload/main.ts') },
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  plugins: [thirdPartyNotices()],
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
