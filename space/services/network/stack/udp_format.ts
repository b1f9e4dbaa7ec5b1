// UDP (RFC 768):   source port 2 | destination port 2 | length 2, header included | checksum 2, 0: none | data

export const UDP_SOURCE: u32 = 0;
export const UDP_DESTINATION: u32 = 2;
export const UDP_LENGTH: u32 = 4;
export const UDP_CHECKSUM: u32 = 6;
export const UDP_HEADER: u32 = 8;
