// Begins the dashboard: session, routing, one paint per frame.

import { options, render } from "preact";
import { App } from "./app.tsx";
import { startRouting } from "./route.ts";
import { startSession } from "./session.ts";
import "./style/base.css";
import "./style/parts.css";
import "./style/screens.css";

// However much the feed brings, there is one paint a frame, and none while the page is hidden.
options.debounceRendering = requestAnimationFrame;

startRouting();
void startSession();
render(<App />, document.getElementById("app") as HTMLElement);
