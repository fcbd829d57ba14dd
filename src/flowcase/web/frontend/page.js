import "htmx.org";
import * as DKFDS from "dkfds";

DKFDS.init();
