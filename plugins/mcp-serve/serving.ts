/** All that serving needs, in one file: it is loaded when somebody is served. */
export { createHostOffer } from "./host-offer.ts";
export { serveHttp } from "./http.ts";
export { createParking } from "./parking.ts";
export { serveLine } from "./stdio.ts";
