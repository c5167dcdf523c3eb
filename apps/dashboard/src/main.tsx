// Begins the dashboard: session, routing, one paint per frame.

import { options, render } from "preact";
import { App } from "./app.tsx";
import { startLanguage } from "./language.ts";
import { startRouting } from "./route.ts";
import { startSession } from "./session.ts";
import "./style/base.css";
import "./style/parts.css";
import "./style/screens.css";
import "./style/board.css";
import "./style/job.css";
import "./style/dispatch.css";
import "./style/call.css";
import "./style/pages.css";
import "./style/failures.css";
import "./style/inbound.css";
import "./style/chaos.css";
import "./style/phone.css";
import "./style/mailbox.css";
import "./style/letters.css";
import "./style/scenario.css";

// However much the feed brings, there is one paint a frame, and none while the page is hidden.
options.debounceRendering = requestAnimationFrame;

startRouting();
void startSession();
await startLanguage();
render(<App />, document.getElementById("app") as HTMLElement);
