print("before")
import beside_nothing_is_there
