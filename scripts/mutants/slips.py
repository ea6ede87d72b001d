"""Slips of the hand: how a word is misspelt."""


def misspell(word, random):
    """The word with a letter lost, doubled, swapped or changed, or in the other number; never the word itself."""
    ways = []
    if len(word) > 3:
        at = random.randrange(1, len(word) - 1)
        ways.append(word[:at] + word[at + 1 :])
        ways.append(word[:at] + word[at] + word[at:])
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    ways.append(word[:-1] if word.endswith("s") else f"{word}s")
    if "_" in word:
        ways.append(word.replace("_", "", 1))
    ways = [way for way in ways if way != word and way.isidentifier()]
    return random.choice(ways) if ways else f"{word}x"


def rename(word, random):
    """Another name that a person could have meant the same by."""
    if word.isupper():
        return random.choice([f"APP_{word}", f"{word}_VALUE", misspell(word, random)])
    if word[:1].isupper():
        return random.choice([f"{word}Model", f"App{word}", f"{word}Schema", misspell(word, random)])
    first, *rest = word.split("_")
    ways = [f"{word}_new", misspell(word, random), f"app_{word}"]
    if first == "get":
        ways.append("_".join(["fetch", *rest]))
    if rest:
        ways.append(first + "".join(part.capitalize() for part in rest))
    return random.choice(ways)
