// The views: what they are called, and the key that leads there after `g`.

import type { IconName } from "./parts/icons";

export const VIEWS: readonly { name: IconName; title: string; key: string }[] = [
  { name: "search", title: "Search", key: "s" },
  { name: "timeline", title: "Timeline", key: "t" },
  { name: "facts", title: "Facts", key: "f" },
  { name: "review", title: "Review", key: "r" },
  { name: "graph", title: "Graph", key: "g" },
  { name: "changes", title: "Changes", key: "c" },
  { name: "import", title: "Import", key: "i" },
  { name: "erase", title: "Erase", key: "e" },
  { name: "activity", title: "Activity", key: "a" },
];
