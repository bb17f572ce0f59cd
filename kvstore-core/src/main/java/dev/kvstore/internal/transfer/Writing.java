package dev.kvstore.internal.transfer;

import org.jspecify.annotations.Nullable;

/**
 * The options for writing a snapshot.
 *
 * @param types how unquoted scalars in properties will be read
 * @param separator joins the names of nested values to keys; null to keep them nested
 * @param metadata true to write each value with its metadata
 */
public record Writing(
    FileFormat format, Types types, @Nullable String separator, boolean metadata) {}
