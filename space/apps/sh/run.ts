// Walks commands and keeps the last status, as POSIX numbers it: the program's own exit status; 128 + signal of one that was
// killed; 126 found but not startable; 127 not found; 2 syntax error. There is no fork: whatever has to run beside the shell
// (parts of a pipeline, `&`, `( )`) is a program, or a new shell that is given the text and all variables.

import { SIGINT } from "../../../abi/wait";
import { eprintln } from "../../lib/console";
import { close, open, O_RDONLY, Pipe, pipe, STDIN, STDOUT } from "../../lib/fs";
import { strerror, takeSignals } from "../../lib/process";
import { Builtins } from "./builtins";
import { Command, Kind } from "./command";
import { Expander } from "./expand";
import { Job, Jobs } from "./jobs";
import { Parser } from "./parser";
import { matchPattern } from "./pattern";
import { Redirector } from "./redirect";
import { refuse, refusedStatus, startProgram, startShell } from "./start";
import { Variables } from "./variables";

const STATUS_FAILURE: i32 = 1;
export const STATUS_SYNTAX: i32 = 2;
const STATUS_INTERRUPTED: i32 = 128 + <i32>SIGINT;
const NULL_DEVICE = "/dev/null";
const NO_DESCRIPTOR: i32 = -1;

export class Shell {
  /** Whether `exit` was run. */
  exited: bool = false;
  /** How many loops `break` or `continue` still has to leave, and whether it goes on with the last of them. */
  leaving: i32 = 0;
  continuing: bool = false;
  loops: i32 = 0;
  variables: Variables = new Variables();
  jobs: Jobs;
  private builtins: Builtins;

  constructor(public interactive: bool) {
    this.jobs = new Jobs(interactive);
    this.builtins = new Builtins();
  }

  get interrupted(): bool {
    return this.variables.interrupted;
  }
  set interrupted(value: bool) {
    this.variables.interrupted = value;
  }

  get status(): i32 {
    return this.variables.status;
  }

  /** Runs all commands of `text`; none of them if its syntax is wrong. → whether it was right */
  run(text: string): bool {
    const parser = new Parser(text);
    const list = parser.parse();
    if (parser.error.length) {
      eprintln(`sh: ${parser.error}`);
      this.variables.status = STATUS_SYNTAX;
      return false;
    }
    this.interrupted = false;
    this.execute(list);
    return true;
  }

  /** Whether the commands that follow are not to be run. */
  private get isLeaving(): bool {
    return this.exited || this.interrupted || this.leaving > 0;
  }

  /** Runs a command, in the background if that is what it says. → its status, which is $? from now on */
  private execute(command: Command): i32 {
    const status = command.background ? this.runInBackground(command) : this.perform(command);
    this.variables.status = status;
    return status;
  }

  private perform(command: Command): i32 {
    switch (command.kind) {
      case Kind.SIMPLE:
        return this.runSimple(command);
      case Kind.PIPELINE:
      case Kind.SUBSHELL:
        return this.waitFor(this.startPipeline(command));
      case Kind.NOT:
        return i32(this.execute(command.parts[0]) == 0);
      case Kind.AND:
      case Kind.OR:
        return this.runAndOr(command);
      default:
        return this.runRedirected(command);
    }
  }

  private runAndOr(command: Command): i32 {
    const status = this.execute(command.parts[0]);
    const goesOn = (status == 0) == (command.kind == Kind.AND);
    return goesOn && !this.isLeaving ? this.execute(command.parts[1]) : status;
  }

  /** A compound command in this shell, with the redirections behind it. */
  private runRedirected(command: Command): i32 {
    const redirector = new Redirector(this.variables);
    const status = redirector.apply(command.redirections) ? this.runCompound(command) : STATUS_FAILURE;
    redirector.undo();
    return status;
  }

  private runCompound(command: Command): i32 {
    if (command.kind == Kind.IF) return this.runIf(command);
    if (command.kind == Kind.FOR) return this.runFor(command);
    if (command.kind == Kind.CASE) return this.runCase(command);
    if (command.kind == Kind.WHILE || command.kind == Kind.UNTIL) return this.runWhile(command);
    let status = command.parts.length ? 0 : this.status;
    for (let i = 0; i < command.parts.length && !this.isLeaving; i++) status = this.execute(command.parts[i]);
    return status;
  }

  private runIf(command: Command): i32 {
    const parts = command.parts;
    for (let i = 0; i < parts.length; i += 2) {
      if (i + 1 == parts.length) return this.execute(parts[i]);
      const met = this.execute(parts[i]) == 0;
      if (this.isLeaving) return this.status;
      if (met) return this.execute(parts[i + 1]);
    }
    return 0;
  }

  private runWhile(command: Command): i32 {
    const wanted = command.kind == Kind.WHILE;
    let status = 0;
    this.loops++;
    while ((this.execute(command.parts[0]) == 0) == wanted && !this.isLeaving) {
      status = this.execute(command.parts[1]);
      if (this.loopEnds()) break;
    }
    this.loops--;
    return this.interrupted ? STATUS_INTERRUPTED : status;
  }

  private runFor(command: Command): i32 {
    const words = command.overArguments ? this.variables.positional.slice(1) : this.expand(command.words);
    let status = this.interrupted ? STATUS_FAILURE : 0;
    this.loops++;
    for (let i = 0; i < words.length && !this.isLeaving; i++) {
      this.variables.set(command.name, words[i]);
      status = this.execute(command.parts[0]);
      if (this.loopEnds()) break;
    }
    this.loops--;
    return this.interrupted ? STATUS_INTERRUPTED : status;
  }

  private runCase(command: Command): i32 {
    const expander = new Expander(this.variables);
    const subject = expander.expandOne(command.words[0]);
    for (let i = 0; i < command.parts.length; i++) {
      const patterns = command.patterns[i];
      for (let p = 0; p < patterns.length && !expander.error.length; p++) {
        if (matchPattern(expander.expandPattern(patterns[p]), subject)) return this.execute(command.parts[i]);
      }
    }
    return this.complainOfExpansion(expander) ? STATUS_FAILURE : 0;
  }

  /** After a round of a loop: whether it was the last one. */
  private loopEnds(): bool {
    // Built-ins alone never wait for a job, which is where ^C is seen otherwise.
    if (this.interactive && takeSignals() & (1 << SIGINT)) this.interrupted = true;
    if (this.leaving == 0) return this.exited || this.interrupted;
    this.leaving--;
    return this.leaving > 0 || !this.continuing;
  }

  /** The words of a command; a wrong expansion gives up the whole line. */
  private expand(words: string[]): string[] {
    const expander = new Expander(this.variables);
    const result = expander.expandAll(words);
    return this.complainOfExpansion(expander) ? [] : result;
  }

  private complainOfExpansion(expander: Expander): bool {
    if (!expander.error.length) return false;
    eprintln(`sh: ${expander.error}`);
    this.interrupted = true;
    return true;
  }

  /** NAME=value as they are to be. lasting: each is done at once, so that the next one's value can be made of it. */
  private assignmentsOf(command: Command, lasting: bool): string[] {
    const result: string[] = [];
    for (let i = 0; i < command.assignments.length && !this.interrupted; i++) {
      const assignment = command.assignments[i];
      const at = assignment.indexOf("=");
      const expander = new Expander(this.variables);
      const value = expander.expandOne(assignment.substring(at + 1));
      if (this.complainOfExpansion(expander)) break;
      if (lasting) this.variables.set(assignment.substring(0, at), value);
      result.push(assignment.substring(0, at + 1) + value);
    }
    return result;
  }

  private assign(assignments: string[]): void {
    for (let i = 0; i < assignments.length; i++) {
      const at = assignments[i].indexOf("=");
      this.variables.set(assignments[i].substring(0, at), assignments[i].substring(at + 1));
    }
  }

  private runSimple(command: Command): i32 {
    this.variables.substituted = false;
    const words = this.expand(command.words);
    const assignments = this.assignmentsOf(command, words.length == 0);
    if (this.interrupted) return STATUS_FAILURE;
    const redirector = new Redirector(this.variables);
    let status = STATUS_FAILURE;
    let job: Job | null = null;
    if (redirector.apply(command.redirections)) {
      if (words.length == 0) {
        status = this.variables.substituted ? this.status : 0;
      } else if (this.builtins.has(words[0])) {
        this.assign(assignments);
        status = this.builtins.run(this, words);
      } else {
        const pid = startProgram(words, this.variables, this.environmentWith(assignments));
        if (pid < 0) status = refusedStatus;
        else job = new Job([pid], command.text);
      }
    }
    redirector.undo();
    return job ? this.waitFor(job) : status;
  }

  /** The environment of a program that has `assignments` before its name. */
  private environmentWith(assignments: string[]): string[] {
    const environment = this.variables.list(true);
    if (!assignments.length) return environment;
    const merged = new Variables();
    merged.adopt(environment);
    merged.adopt(assignments);
    return merged.list(true);
  }

  /** Waits for a job in the foreground. → its status */
  waitFor(job: Job): i32 {
    if (this.jobs.waitFor(job) && job.status == STATUS_INTERRUPTED) {
      this.interrupted = true;
      eprintln("");
    }
    return job.status;
  }

  private runInBackground(command: Command): i32 {
    const redirector = new Redirector(this.variables);
    const input = open(NULL_DEVICE, O_RDONLY);
    if (input >= 0) {
      redirector.place(input, STDIN);
      close(input);
    }
    const job = this.startPipeline(command);
    redirector.undo();
    this.jobs.add(job);
    if (job.pids.length) this.variables.lastBackground = job.pids[job.pids.length - 1];
    if (this.interactive) eprintln(`[${job.number}] ${this.variables.lastBackground}`);
    return 0;
  }

  /** Starts the parts of a pipeline, or the one command that `command` is, each in a process of its own. */
  private startPipeline(command: Command): Job {
    const single = command.kind != Kind.PIPELINE;
    const count = single ? 1 : command.parts.length;
    const pids: i32[] = [];
    let lastStatus = 0;
    let input = NO_DESCRIPTOR;
    for (let i = 0; i < count; i++) {
      let output = NO_DESCRIPTOR;
      let next = NO_DESCRIPTOR;
      if (i < count - 1) {
        const ends = new Pipe();
        const error = pipe(ends);
        if (error) {
          eprintln(`sh: pipe: ${strerror(error)}`);
          lastStatus = STATUS_FAILURE;
          break;
        }
        next = ends.reader;
        output = ends.writer;
      }
      const pid = this.startPart(single ? command : command.parts[i], input, output);
      if (input >= 0) close(input);
      if (output >= 0) close(output);
      input = next;
      if (pid >= 0) pids.push(pid);
      lastStatus = pid < 0 ? refusedStatus : 0;
    }
    if (input >= 0) close(input);
    const job = new Job(pids, command.text);
    // The last part's status is the pipeline's; when it was not even started, waiting for the others does not change that.
    if (lastStatus) job.fixStatus(lastStatus);
    return job;
  }

  /** Starts one part with its ends of the pipes. → process id, or -1 after a complaint: refusedStatus is its status */
  private startPart(command: Command, input: i32, output: i32): i32 {
    const redirector = new Redirector(this.variables);
    if (input >= 0) redirector.place(input, STDIN);
    if (output >= 0) redirector.place(output, STDOUT);
    const pid = this.startPlaced(command, redirector);
    redirector.undo();
    return pid;
  }

  private startPlaced(command: Command, redirector: Redirector): i32 {
    if (command.kind != Kind.SIMPLE || command.words.length == 0) {
      const isSimple = command.kind == Kind.SIMPLE;
      const ready = isSimple || redirector.apply(command.redirections);
      const body = command.kind == Kind.SUBSHELL ? command.parts[0] : command;
      return ready ? startShell(body.text, this.variables) : refuse(STATUS_FAILURE);
    }
    const words = this.expand(command.words);
    const assignments = this.assignmentsOf(command, false);
    if (this.interrupted || words.length == 0) return refuse(STATUS_FAILURE);
    if (this.builtins.has(words[0])) return startShell(command.text, this.variables);
    if (!redirector.apply(command.redirections)) return refuse(STATUS_FAILURE);
    return startProgram(words, this.variables, this.environmentWith(assignments));
  }
}
