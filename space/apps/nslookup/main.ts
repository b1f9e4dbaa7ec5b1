// nslookup: addresses of names, through the resolver that DHCP or the boot arguments gave.

import { CommandLine, stdout } from "../../lib/console";
import { addresses, answeredBy, formatAddress, resolve } from "../../lib/net";
import { args } from "../../lib/process";
import { HELP } from "./help";

export function main(): i32 {
  const cli = new CommandLine("nslookup", "", HELP, 2);
  if (!cli.parse(args())) return cli.status;
  if (cli.operands.length == 0) {
    cli.refuse("a name is needed");
    return cli.status;
  }
  for (let i = 0; i < cli.operands.length; i++) {
    const name = cli.operands[i];
    const count = resolve(name);
    if (count < 0) {
      cli.complain(name, count);
      continue;
    }
    if (answeredBy) stdout.text(`server ${formatAddress(answeredBy)}`).newline();
    for (let n = 0; n < count; n++) stdout.text(`${name} ${formatAddress(addresses[n])}`).newline();
  }
  return cli.finish();
}
