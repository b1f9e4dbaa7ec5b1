/* Not used: assertions are compiled out of wasm2c output. */
#define assert(x) ((void)0)
