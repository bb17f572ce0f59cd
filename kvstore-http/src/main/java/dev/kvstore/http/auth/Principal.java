package dev.kvstore.http.auth;

import dev.kvstore.spi.KeyRange;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and for what they may ask. Thread-safe.
 *
 * @param name the token's name; empty where there is no token
 * @param identity what tells the token from every other one, also from a later one of the same
 *     name; empty where there is no token
 * @param role null for who may do nothing
 * @param active tells whether the token is still good
 */
public record Principal(
    Optional<String> name,
    String identity,
    @Nullable Role role,
    Limits limits,
    BooleanSupplier active) {
  /** Who need not be known: for what is open to everybody. May do nothing. */
  public static final Principal NOBODY =
      new Principal(Optional.empty(), "", null, Limits.NONE, () -> true);

  static Principal of(Token token, BooleanSupplier active) {
    return new Principal(
        Optional.of(token.name()), token.hash(), token.role(), token.limits(), active);
  }

  /** Somebody without a name, who may do everything. */
  static Principal anonymous(BooleanSupplier active) {
    return new Principal(Optional.empty(), "", Role.ADMIN, Limits.NONE, active);
  }

  /**
   * Returns whether the token is still good. An answer that goes on, as a stream of events does,
   * has to ask before each event, and at least once a second, and to end when it is not.
   */
  public boolean isActive() {
    return active.getAsBoolean();
  }

  /** Returns whether the role allows what that one does, wherever the token is good. */
  public boolean has(Role needed) {
    return role != null && role.includes(needed);
  }

  /** Returns whether the token is good for that store, or for some of its keys. */
  public boolean mayEnter(String store) {
    return role != null && limits.allowStore(store);
  }

  /** Returns whether this key, if it is there, may be seen. */
  public boolean mayRead(String store, String key) {
    return mayEnter(store) && limits.allowKey(key);
  }

  /** Returns whether the token is good for all keys of the stores that it is good for. */
  public boolean seesAllKeys() {
    return role != null && limits.prefixes().isEmpty();
  }

  /** Returns whether the token is good for every key of every store. */
  public boolean seesAll() {
    return seesAllKeys() && limits.stores().isEmpty();
  }

  /**
   * Returns what may be seen of that range of a store that may be entered: ranges in the order of
   * their keys; none where nothing may be seen of it.
   */
  public List<KeyRange> visible(KeyRange asked) {
    return role == null ? List.of() : limits.within(asked);
  }

  @Override
  public String toString() {
    return "Principal[" + name.orElse(null) + ", " + role + "]";
  }
}
