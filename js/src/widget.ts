// What anywidget loads.
import { render } from "./view";

export default { render };
