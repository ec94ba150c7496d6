package io.champion.fetch;

/** What the bytes of a fetched file were held against. */
public enum Checked {
    /** Size, and the MD5 that is the object's ETag. */
    MD5,
    /** Size, and the ETag that is computed from the MD5s of the parts it was uploaded in. */
    PARTS,
    /** Size alone: the ETag says nothing that can be computed from the bytes. */
    SIZE,
    /** Format, session and completeness, by reading it. */
    CONTENT
}
