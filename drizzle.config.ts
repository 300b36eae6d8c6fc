import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./apps/server/store/schema/index.ts", out: "./drizzle" });
