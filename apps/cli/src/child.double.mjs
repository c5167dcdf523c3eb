// A process of a house: behaves as its environment says.
const { BEHAVIOUR = "" } = process.env;
const has = (word) => BEHAVIOUR.split(" ").includes(word);

if (has("crash-at-start")) throw new TypeError("cannot be");
if (has("refuse")) {
  process.stderr.write('{"level":60,"msg":"in pino"}\n');
  process.stdout.write('{"ready":false,"detail":"DEPESCHE_SMTP_PORT: port 2525 is taken"}\n');
  process.exitCode = 1;
} else {
  process.on("SIGTERM", () => {
    if (!has("stubborn")) process.exit(0);
  });
  process.on("disconnect", () => process.exit(0));
  if (has("ready-by-line")) process.stdout.write('{"ready":true}\n');
  else process.send({ ready: true });
  process.stderr.write('{"level":30,"msg":"chatter"}\n{"level":50,"msg":"trouble"}\n');
  setInterval(() => {}, 1000);
}
