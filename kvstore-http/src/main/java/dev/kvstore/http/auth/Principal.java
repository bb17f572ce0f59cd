package dev.kvstore.http.auth;

import dev.kvstore.spi.KeyRange;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The caller of a request and its permissions. Thread-safe.
 *
 * @param name the token's name; empty if there is no token
 * @param identity identifies the token uniquely, even among later ones with the same name; empty if
 *     there is no token
 * @param role null for no permissions
 * @param active returns true while the token is valid
 */
public record Principal(
    Optional<String> name,
    String identity,
    @Nullable Role role,
    Limits limits,
    BooleanSupplier active) {
  /** The principal for resources that are open to everyone. Has no permissions. */
  public static final Principal NOBODY =
      new Principal(Optional.empty(), "", null, Limits.NONE, () -> true);

  static Principal of(Token token, BooleanSupplier active) {
    return new Principal(
        Optional.of(token.name()), token.hash(), token.role(), token.limits(), active);
  }

  /** Returns a principal without a name that has all permissions. */
  static Principal anonymous(BooleanSupplier active) {
    return new Principal(Optional.empty(), "", Role.ADMIN, Limits.NONE, active);
  }

  /**
   * Returns true while the token is valid. A long response, such as a stream of events, must check
   * this before each event and at least once a second, and end when it is false.
   */
  public boolean isActive() {
    return active.getAsBoolean();
  }

  /** Returns true if the role includes this role, wherever the token is valid. */
  public boolean has(Role needed) {
    return role != null && role.includes(needed);
  }

  /** Returns true if the token is valid for this store or some of its keys. */
  public boolean mayEnter(String store) {
    return role != null && limits.allowStore(store);
  }

  /** Returns true if this key may be read. */
  public boolean mayRead(String store, String key) {
    return mayEnter(store) && limits.allowKey(key);
  }

  /** Returns true if the token has no key prefixes. */
  public boolean seesAllKeys() {
    return role != null && limits.prefixes().isEmpty();
  }

  /** Returns true if the token is valid for every key of every store. */
  public boolean seesAll() {
    return seesAllKeys() && limits.stores().isEmpty();
  }

  /**
   * Returns the visible parts of the range, in a store that the principal may enter, in key order;
   * possibly none.
   */
  public List<KeyRange> visible(KeyRange asked) {
    return role == null ? List.of() : limits.within(asked);
  }

  @Override
  public String toString() {
    return "Principal[" + name.orElse(null) + ", " + role + "]";
  }
}
