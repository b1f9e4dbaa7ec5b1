// Between the network service and the driver of the network card: one memory object with packet buffers and two packet queues
// (space/lib/ring). The network service makes it anew for each driver that connects and alone owns it; the driver pins and
// maps it. Who holds EPID_NET_DRIVER is the driver: the manifest says so, nobody else's connect is taken.
//
//   page 0                        NET_BUFFER_PAGES      NET_OBJECT_PAGES
//   | NET_BUFFERS × 2 KiB        | received | to send  |        queues of NET_BUFFERS entries each
//
//   received: the driver fills, the stack drains    to send: the stack fills, the driver drains
//
// At first all buffers are the stack's; it gives empty ones through the first queue, and frames through the second.
// A frame stands at NET_FRAME_OFFSET of its buffer or later; the driver puts its device's header before it.

export const NET_BUFFERS: u32 = 512;
export const NET_BUFFER_BYTES: u32 = 2048;
export const NET_BUFFER_PAGES: u32 = 256;
export const NET_QUEUE_BYTES: u32 = 8704; // packetQueueBytes(NET_BUFFERS)
export const NET_QUEUE_PAGES: u32 = 5;
export const NET_OBJECT_PAGES: u32 = NET_BUFFER_PAGES + NET_QUEUE_PAGES;
export const NET_FRAME_OFFSET: u32 = 18; // so that the IP header behind the Ethernet header is at a multiple of 8
export const NET_DEVICE_HEADER_MAX: u32 = 16; // bytes before a frame that are the driver's

/** How each wakes the other (SYS_NOTIFY). */
export const NOTIFY_NET_DRIVER: u64 = 1 << 40; // to the stack: frames arrived, or buffers came back
export const NOTIFY_NET_STACK: u64 = 1 << 40; // to the driver
