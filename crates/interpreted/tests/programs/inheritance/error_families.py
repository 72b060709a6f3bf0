class AppError(Exception):
    pass


class NetworkError(AppError):
    pass


class Timeout(NetworkError):
    pass


for kind in (Timeout, NetworkError, AppError, RuntimeError):
    try:
        raise kind("in " + str(kind)[8:-2])
    except NetworkError as error:
        print("network:", error)
    except AppError as error:
        print("app:", error)
    except Exception as error:
        print("any:", error)
