export { FAXDE_NAMESPACE, type FaxdeDeps, faxdeFace } from "./face.ts";
