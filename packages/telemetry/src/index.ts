export {
  BATCH_SIZES,
  bounded,
  CALL_SECONDS,
  type Figures,
  type FigureValues,
  openFigures,
  renderFigures,
  SECONDS,
} from "./figures.ts";
export { attemptFields, openLog } from "./log.ts";
export { inSpan, type SpanOrder, type Spans, startTracing, traceContext } from "./tracing.ts";
