/** Starts the web UI: one query client, one router. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api-error.ts";
import { router } from "./router.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1000,
      // An answer of the server is an answer; only silence, and "not now", are worth another try.
      retry: (failures, error) =>
        failures < 3 &&
        error instanceof ApiError &&
        (error.status === 0 || error.status === 429 || error.status >= 500),
    },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html must hold an element with the id root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
