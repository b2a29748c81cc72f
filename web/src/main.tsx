import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { RequestError } from "./api/client";
import { App } from "./app";
import { Notices } from "./parts/notices";
import "./styles.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      // What the server refused, it will refuse again; only silence is worth another try.
      retry: (failures, error) => failures < 1 && error instanceof RequestError && error.status === 0,
    },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={client}>
          <App />
          <Notices />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
