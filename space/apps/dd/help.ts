// The help text of dd, and what the shell's `help` shows.
export const SUMMARY = "copy parts of files";
export const HELP =
  "usage: dd [if=file] [of=file] [bs=size] [count=n] [skip=n] [seek=n] [conv=notrunc]\n" +
  "Copies from a file or standard input to a file or standard output, in blocks.\n" +
  "  bs       bytes of a block, with K, M, G for 1024, 1024² and 1024³: 512, at most 16M\n" +
  "  count    copies so many blocks at most          skip  leaves out so many blocks of the input\n" +
  "  seek     begins so many blocks into the output  conv=notrunc  what the output has beyond that stays\n";
