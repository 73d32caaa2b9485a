"""What runs inside the sandbox, next to the student's code: the standard library, NumPy and IPython only.

Nothing here is trusted once a student's cell has run. What decides a grade is on the other side of the socket.
"""
