export { FileService, node, putStat, NODE_NONE } from "./file_service";
