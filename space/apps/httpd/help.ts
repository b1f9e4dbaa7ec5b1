// The help text of httpd; its first line's end is what the shell's `help` shows.
export const SUMMARY = "serve files over HTTP";
export const HELP =
  "usage: httpd [-q] folder [port]\n" +
  "Serves the files below the folder over HTTP/1.1, on port 80 or the one given, until it is stopped. A folder's\n" +
  "page is its index.html. With -q it does not say that it listens.\n";
