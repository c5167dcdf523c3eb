import { render } from "preact";

render(<main>Depesche</main>, document.getElementById("app") as HTMLElement);
