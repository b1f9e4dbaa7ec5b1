// What a received request or response grants: a right on an endpoint or on a memory object, given by whoever sent it and
// already ours. Building one: Message.withGrantEndpoint, Message.withGrantObject (abi/message.ts).
//
//   const grant = grantOf(m);
//   if (!grant || grant.kind != GRANT_OBJECT || !(grant.rights & PROT_WRITE)) return failed(EINVAL);
//   …objectMap(grant.id, …)…

import { FLAG_GRANT, MESSAGE_GRANT, Message } from "../../../abi/message";

/** A grant's record in the message page (abi/message.ts); valid until the page is used again. */
@unmanaged
export class Grant {
  kind: u32; // GRANT_ENDPOINT or GRANT_OBJECT
  id: u32;
  rights: u32; // RIGHT_… or PROT_…
}

/** What the message grants, or null: nothing. Without the flag, which is the kernel's, the page's record means nothing. */
export function grantOf(m: Message): Grant | null {
  return m.flags & FLAG_GRANT ? changetype<Grant>(changetype<usize>(m) + MESSAGE_GRANT) : null;
}
