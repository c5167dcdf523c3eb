// One house for all files of a project; its settings are handed to the tests.

import type { TestProject } from "vitest/node";
import { newDataFolder, newSettings, openHouse, type Settings } from "../house/house.ts";

declare module "vitest" {
  interface ProvidedContext {
    settings: Settings;
  }
}

export default (project: TestProject) => provideHouse(project, {});

/** Brings the house up; the result ends it, and throws when it leaves something behind. */
export async function provideHouse(project: TestProject, more: Settings): Promise<() => Promise<void>> {
  const data = await newDataFolder();
  const house = await openHouse(await newSettings(data.folder, more));
  project.provide("settings", house.settings);
  return async () => {
    const { left } = await house.stop({ signal: "SIGINT", group: true });
    await data.remove();
    if (left.length > 0) throw new Error(`processes are left: ${left.map((p) => p.command).join("; ")}`);
  };
}
