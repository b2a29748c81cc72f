// Where the page is: `#/USER/VIEW/ID?name=value`. What stands after `#` is never sent to a server.

import { useSyncExternalStore } from "react";

export interface Route {
  user: string;
  view: string;
  id: string;
  query: URLSearchParams;
}

const subscribe = (changed: () => void) => {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
};

export function useRoute(): Route {
  return parsed(useSyncExternalStore(subscribe, () => location.hash));
}

function parsed(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [user = "", view = "", id = ""] = path.split("/").map(decoded);
  return { user, view: view || "search", id, query: new URLSearchParams(query) };
}

const decoded = (part: string) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export function address(user: string, view: string, id = "", query: Record<string, string | undefined> = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const path = [user, view, ...(id ? [id] : [])].map(encodeURIComponent).join("/");
  return `#/${path}${pairs.length ? `?${new URLSearchParams(pairs)}` : ""}`;
}

export function go(to: string) {
  location.hash = to;
}

/** Change the address without a step in the history. */
export function replace(to: string) {
  history.replaceState(null, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
