// Signs of the dashboard, drawn as strokes on a 16 by 16 field. They stand beside words and are hidden from readers of the screen.

const PATHS = {
  check: "M3 8.5 6.5 12 13 4.5",
  checks: "M1 8.5 4.5 12 11 4.5M7.5 11.4 8.2 12l6.5-7.5",
  cross: "M4 4l8 8M12 4l-8 8",
  minus: "M3.5 8h9",
  busy: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M5 8h6",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M8 5v3.4l2.2 1.4",
  voice: "M2.5 3.5h11v7H8l-3 2.6v-2.6H2.5z",
  slash: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M4 12l8-8",
  bolt: "M9 1.8 3.8 9H8l-1 5.2L12.2 7H8z",
  square: "M3 3h10v10H3zM3 13 13 3",
  block: "M5.6 2h4.8L14 5.6v4.8L10.4 14H5.6L2 10.4V5.6zM5 8h6",
  dot: "M8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 1 0 0-3",
  arrow: "M2.5 8h10M9 4.5 12.5 8 9 11.5",
  back: "M13.5 8h-10M7 4.5 3.5 8 7 11.5",
  loop: "M12.8 6A5.2 5.2 0 1 0 13.2 9M13 2.5V6H9.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  down: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10",
  alert: "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.6v.2",
  board: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9H7v4.5H2.5zM9 9h4.5v4.5H9z",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.2M2.5 8h.2M2.5 12h.2",
  tray: "M2.5 9.5 4.5 3h7l2 6.5v3.5h-11zM2.5 9.5h3.2l1 1.8h2.6l1-1.8h3.2",
  chart: "M2.5 13.5h11M4 13.5V9M8 13.5v-11M12 13.5V6",
  handset: "M4.5 1.8h7v12.4h-7zM7 12h2",
  mail: "M2 3.5h12v9H2zM2 3.5 8 8.5l6-5",
  letter: "M2 3.5h12v9H2zM4 9.5h4.5v1.6H4zM11 5.5h1.2v1.6H11z",
  script: "M3.5 2.5h9v11h-9zM5.8 5.5h4.4M5.8 8h4.4M5.8 10.5h2.6",
  dice: "M3 3h10v10H3zM5.8 5.8h.2M10 5.8h.2M8 8h.2M5.8 10.2h.2M10 10.2h.2",
  play: "M5 3l8 5-8 5z",
  step: "M4 3l6 5-6 5zM12 3v10",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 1 0 0-9M10.2 10.2 13.5 13.5",
  plane: "M2 8 14 2.5 11 13.5 7.5 9.5zM7.5 9.5 14 2.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
