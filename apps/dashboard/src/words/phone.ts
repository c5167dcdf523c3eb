// Words of the phone room: German, and English under the same keys. Keys begin with the room's name.

export const de = {};

export const en = {} satisfies Record<keyof typeof de, string>;
