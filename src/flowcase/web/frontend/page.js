import "htmx.org";
import * as DKFDS from "dkfds";
import { keys } from "./keys.js";

DKFDS.init();
keys();
