package dev.kvstore;

/** The number of keys of a batch that were created and replaced. */
public record BatchResult(int created, int replaced) {}
