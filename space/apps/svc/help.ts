// The help text of svc, and what the shell's `help` shows.
export const SUMMARY = "list, stop, start, restart or update the system's services";
export const HELP =
  "usage: svc [list]\n" +
  "       svc start|stop|restart SERVICE…\n" +
  "       svc update SERVICE FILE\n" +
  "\n" +
  "Lists the services that init supervises, or tells init to start, stop or restart some. update puts a new program in the\n" +
  "place of a running service's, until the next boot: what the service keeps in memory goes over to it, and its callers wait.\n" +
  "\n" +
  "  list columns: name, state, process id, endpoint, restarts since boot\n" +
  "  exit status: 0, or 1 when init refused something, 2 for a wrong command line\n";
