/* The signalling protocol of space/lib/ring/ring.ts: drain, request a signal, look again, cancel. Run by model.test.ts.
 *
 * Both ends are whole: the producer sleeps when the ring is full, the consumer when it is empty, each by the same code.
 * Every access to a shared word is one step. Indices run free and wrap at MODULUS as the real ones do
 * at 2^32, so a request that was left behind can match again later.
 *
 * The accesses are load-acquire and store-release (LDAR, STLR), which Arm keeps in program order among each other (RCsc);
 * so interleaving them one by one, as Spin does, loses no behaviour.
 *
 * Switches that break the protocol, each of which must be found out:
 *   NO_LOOK_AGAIN   an end sleeps right after its request
 *   LATE_STORE      an index may become visible after the request word was read, as with plain loads and stores
 *   NO_SIGNAL_OWED  the peer is signalled only for what is published last, not for all of a batch
 */

#define MODULUS 8
#define CAPACITY 2
#define AFTER(a, b) (((a) + (b)) % MODULUS)
#define DISTANCE(a, b) (((a) + MODULUS - (b)) % MODULUS)
/* Whether publishing [before, now) passes the index `wake`. */
#ifdef NO_SIGNAL_OWED
#define PASSES(wake, before, now) ((wake) == DISTANCE(now, 1))
#else
#define PASSES(wake, before, now) (DISTANCE(DISTANCE(now, wake), 1) < DISTANCE(now, before))
#endif

/* The ring's header, one writer each. Zero at first: a consumer that has not come yet counts as asleep. */
byte produced = 0;
byte consumed = 0;
byte consumer_wake = 0;
byte producer_wake = MODULUS - CAPACITY - 1;

/* Sticky notifications, kept by the kernel. */
bool consumer_notified = false;
bool producer_notified = false;

/* What the properties speak of. */
bool quiet = false;
bool producer_sleeps = false;
bool consumer_sleeps = false;

inline publish(own_index, peer_wake, peer_notified) {
#ifdef LATE_STORE
  if
  :: own_index = own; wake = peer_wake
  :: wake = peer_wake; own_index = own
  fi;
#else
  own_index = own;
  wake = peer_wake;
#endif
  if
  :: PASSES(wake, published, own) -> peer_notified = true
  :: else
  fi;
  published = own;
  wake = 0 /* so that states do not differ by it */
}

inline look(peer_index, slack) {
  limit = AFTER(peer_index, slack);
  assert(DISTANCE(limit, own) <= CAPACITY)
}

/* What this end uses of the entries that are its own: any number of them, at least one. */
inline use_some() {
  batch = DISTANCE(limit, own);
  do
  :: batch > 1 -> batch--
  :: break
  od;
  own = AFTER(own, batch);
  batch = 0
}

inline sleep(notified, sleeps) {
  sleeps = true;
  atomic { notified -> notified = false; sleeps = false }
}

inline request_signal(own_wake, peer_index, slack, notified, sleeps) {
  own_wake = DISTANCE(own, slack);
#ifdef NO_LOOK_AGAIN
  sleep(notified, sleeps);
#else
  look(peer_index, slack);
  if
  :: own == limit -> sleep(notified, sleeps)
  :: else -> own_wake = DISTANCE(own, AFTER(slack, 1)) /* cancel */
  fi
#endif
}

active proctype Producer() {
  byte own = 0, limit = CAPACITY, published = 0, batch = 0, wake = 0;
  do
  :: own != limit ->
     use_some();
     publish(produced, consumer_wake, consumer_notified)
  :: own == limit ->
     look(consumed, CAPACITY);
     if
     :: own == limit -> request_signal(producer_wake, consumed, CAPACITY, producer_notified, producer_sleeps)
     :: else
     fi
  :: quiet = true; break
  od
}

active proctype Consumer() {
  byte own = 0, limit = 0, published = 0, batch = 0, wake = 0;
  do
  :: own != limit ->
     use_some();
     publish(consumed, producer_wake, producer_notified)
  :: own == limit ->
     look(produced, 0);
     if
     :: own == limit -> request_signal(consumer_wake, produced, 0, consumer_notified, consumer_sleeps)
     :: else
     fi
  od
}

/* Once the producer has gone quiet, everything that it put is drained. */
ltl drained { [] (quiet -> <> (produced == consumed)) }

/* A producer that waits for room gets it. */
ltl room { [] (producer_sleeps -> <> !producer_sleeps) }

/* The consumer comes to rest: it does not spin when nothing comes. */
ltl rest { [] (quiet -> <> consumer_sleeps) }
