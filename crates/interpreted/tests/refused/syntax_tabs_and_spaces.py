# expect: 4: TabError: inconsistent use of tabs and spaces in indentation
if True:
        print("never")
	print("x")
