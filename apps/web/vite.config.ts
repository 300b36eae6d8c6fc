/** Builds the web UI into `apps/web/dist`, which the server serves. `npx vite apps/web` develops against a running server. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = "http://127.0.0.1:54321";

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: Object.fromEntries(["/api", "/sign-in", "/sign-out", "/queues", "/docs"].map((path) => [path, SERVER])),
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // The first versions that know light-dark(), which is how the two colour schemes are written.
    target: ["chrome123", "firefox120", "safari17.5"],
    // The content security policy allows no inline script and no data: font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
