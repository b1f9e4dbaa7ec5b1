// A function of a library, ready to be called: arguments one by one, then the call with the type of its result.
//
//   const sum = add.i64(2).i32(3).callI64();
//
// What does not fit the signature (another type, an argument too many or too few) is a trap, as an indirect call of the wrong type is; so is
// calling a function of a library that was closed, unless another lies there by now that has a function of the same signature there.

import { MAX_PARAMETERS, TYPE_F32, TYPE_F64, TYPE_I32, TYPE_I64 } from "../../../abi/library";
import { libraryCall } from "../sys";
import { parameterType, resultType } from "./signature";

const SLOT_BYTES: u32 = 8;

/** Arguments and result of the call that is being made; one, for a function that is called copies its frame at once. */
const frame: usize = memory.data(96, 8); // MAX_PARAMETERS × SLOT_BYTES

export class LibraryFunction {
  private given: u32 = 0;

  constructor(
    public readonly entry: u64,
    public readonly signature: u64,
  ) {}

  private put(type: u32, bits: u64): LibraryFunction {
    if (this.given == MAX_PARAMETERS || parameterType(this.signature, this.given) != type) unreachable();
    store<u64>(frame + this.given * SLOT_BYTES, bits);
    this.given += 1;
    return this;
  }

  i32(value: i32): LibraryFunction {
    return this.put(TYPE_I32, <u32>value);
  }
  i64(value: i64): LibraryFunction {
    return this.put(TYPE_I64, value);
  }
  f32(value: f32): LibraryFunction {
    return this.put(TYPE_F32, reinterpret<u32>(value));
  }
  f64(value: f64): LibraryFunction {
    return this.put(TYPE_F64, reinterpret<u64>(value));
  }

  /** Calls it. type: of the result that the caller expects, 0: none */
  private perform(type: u32): void {
    const isWhole = this.given == MAX_PARAMETERS || parameterType(this.signature, this.given) == 0;
    if (!isWhole || resultType(this.signature) != type) unreachable();
    this.given = 0;
    libraryCall(this.entry, this.signature, frame);
  }

  call(): void {
    this.perform(0);
  }
  callI32(): i32 {
    this.perform(TYPE_I32);
    return load<i32>(frame);
  }
  callI64(): i64 {
    this.perform(TYPE_I64);
    return load<i64>(frame);
  }
  callF32(): f32 {
    this.perform(TYPE_F32);
    return load<f32>(frame);
  }
  callF64(): f64 {
    this.perform(TYPE_F64);
    return load<f64>(frame);
  }
}
