package dev.kvstore.cli.document;

import java.util.Comparator;

/** A line and a column of a file, both counted from 1. */
record Place(int line, int column) {
  static final Comparator<Place> ORDER =
      Comparator.comparingInt(Place::line).thenComparingInt(Place::column);
}
