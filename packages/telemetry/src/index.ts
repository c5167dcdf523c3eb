// What every process tells of itself: log, figures, traces.
export {};
