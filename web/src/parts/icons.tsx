// Icons, drawn on a grid of 20 with strokes of one width.

const PATHS = {
  search: "M9 3.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11M13 13l4 4",
  timeline: "M4 3v14M4 5.500h12M4 10h8M4 14.500h10",
  facts: "M3 5.500a1.500 1.500 0 1 0 3 0 1.500 1.500 0 1 0-3 0M3 14.500a1.500 1.500 0 1 0 3 0 1.500 1.500 0 1 0-3 0M9 5.500h8M9 14.500h8",
  review: "M3 5h9M3 10h5M3 15h5M10.500 13.500l2.500 2.500 4.500-6",
  graph: "M3 14a2 2 0 1 0 4 0 2 2 0 1 0-4 0M8.500 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0M13 14.500a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6 12.300 9.500 6.700M11.600 6.800l2.600 5.900M7 14.100l6 .3",
  changes: "M4 10a6 6 0 1 1 2 4.500M4 10l-1.800-2M4 10l2-1.800M10 6.500V10l2.500 1.500",
  import: "M10 3v9M6.500 8.500 10 12l3.500-3.500M3.500 13v3.500h13V13",
  erase: "M7.500 16.500h9M4 12l8-8 5 5-7.500 7.500h-3z",
  activity: "M3 16.500h14M5 13V9M10 13V4M15 13v-3",
  more: "M3.500 6h13M3.500 10h13M3.500 14h13",
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { name: IconName }) => (
  <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
