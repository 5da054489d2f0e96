/** A part of many lines, as many as there is room for. */

export interface Viewport {
  readonly top: number;
  readonly height: number;
  readonly total: number;
}

/** The nearest place to `top` that wastes no room. */
export function viewportAt(top: number, height: number, total: number): Viewport {
  const room = Math.max(0, height);
  return { top: Math.max(0, Math.min(top, total - room)), height: room, total };
}

/** The nearest place that shows a line, with `more` lines below it where there is room. */
export function viewportShowing(line: number, top: number, height: number, total: number, more = 1): Viewport {
  const last = line + Math.min(more, Math.max(1, height)) - 1;
  const lowest = Math.min(line, Math.max(top, last - height + 1));
  return viewportAt(lowest, height, total);
}

export function isAll({ height, total }: Viewport): boolean {
  return total <= height;
}

/** Where one is, such as `3-12 of 40`. */
export function placeIn({ top, height, total }: Viewport): string {
  return `${Math.min(top + 1, total)}-${Math.min(top + height, total)} of ${total}`;
}
