export {
  type ChunkJob,
  chunkJobId,
  openSchedule,
  type Schedule,
  type ScheduleConfig,
  type ScheduleWorker,
} from "./schedule.ts";
