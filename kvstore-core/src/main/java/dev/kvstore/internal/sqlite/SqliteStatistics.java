package dev.kvstore.internal.sqlite;

/**
 * The activity of a database file since it was opened, and its size.
 *
 * @param transactions the number of transactions that changed something, each with the writes of
 *     one or more callers
 * @param checkpoints how often the log was moved into the file, without SQLite's automatic
 *     checkpoints
 * @param queuedWrites the number of writes whose transaction has not started
 * @param fileBytes the size of the file
 * @param logBytes the size of its log
 */
public record SqliteStatistics(
    long transactions, long checkpoints, int queuedWrites, long fileBytes, long logBytes) {}
