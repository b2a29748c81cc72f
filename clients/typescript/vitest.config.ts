import { defineConfig } from "vitest/config";

// A busy machine starts the server slowly.
export default defineConfig({ test: { hookTimeout: 120_000, testTimeout: 60_000 } });
