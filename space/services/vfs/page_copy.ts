// The request that is being handled, kept while its message page is used to send something.

import { MESSAGE_SIZE } from "../../../abi/message";
import { message } from "../../lib/hnx_ipc/call";

const savedPage: usize = memory.data(384, 8);

export function savePage(): void {
  memory.copy(savedPage, changetype<usize>(message()), MESSAGE_SIZE);
}
export function restorePage(): void {
  memory.copy(changetype<usize>(message()), savedPage, MESSAGE_SIZE);
}
