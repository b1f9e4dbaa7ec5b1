// AssemblyScript's number types, so that tests can import the constants of abi/ (its files without decorators).
type i32 = number;
type u32 = number;
type i64 = number;
type u64 = number;
type bool = boolean;
