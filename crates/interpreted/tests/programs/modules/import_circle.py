import beside_circle_a
import beside_circle_b

print(beside_circle_a.describe(), beside_circle_b.describe())
